@rem Run once as administrator, in the folder where these files stay.
schtasks /Create /F /RU SYSTEM /TN "Yilian backup" /SC DAILY /ST 02:30 /TR "\"%~dp0yilian-backup.cmd\""
schtasks /Create /F /RU SYSTEM /TN "Yilian trial" /SC WEEKLY /D SUN /ST 04:00 /TR "\"%~dp0yilian-trial.cmd\""
schtasks /Create /F /RU SYSTEM /TN "Yilian watch" /SC ONSTART /TR "\"%~dp0yilian-watch.cmd\""
schtasks /Run /TN "Yilian watch"
