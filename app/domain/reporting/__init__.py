"""省平台: records in the provincial platform's manner; kinds with their fields, and a checker."""
