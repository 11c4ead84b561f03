@chcp 65001 >nul
@call "%~dp0server-env.cmd"
@$program server watch >> "%~dp0yilian-watch.log" 2>&1
