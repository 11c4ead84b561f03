@chcp 65001 >nul
@call "%~dp0server-env.cmd"
@$program backup --daily --keep $keep --to $backups >> "%~dp0yilian-backup.log" 2>&1
