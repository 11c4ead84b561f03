@chcp 65001 >nul
@rem What the tasks sign in with. Let only Administrators and SYSTEM read this file.
@set "YILIAN_HOME=%ProgramData%\Yilian"
@set "YILIAN_DB=$address"
@set "YILIAN_AS=yilian_owner"
@set "YILIAN_PASSWORD="
@set "YILIAN_SERVER_ADMIN=$admin"
@set "PGPASSWORD="
