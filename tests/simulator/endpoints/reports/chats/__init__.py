"""Reports about chats, and about emails and posts, which are cases."""
