"""Reports about skills: how soon they answered."""
