"""标签打印: choose goods, see the sheet exactly as it will be printed, print."""
