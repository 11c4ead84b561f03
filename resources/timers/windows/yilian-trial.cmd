@chcp 65001 >nul
@call "%~dp0server-env.cmd"
@$program server trial --from $backups >> "%~dp0yilian-trial.log" 2>&1
