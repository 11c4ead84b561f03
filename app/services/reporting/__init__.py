"""省平台导出: records of members and suppliers, each batch marked with what is new or changed."""
