"""目录吻合度 from files and from the database."""
