"""Reports about voice menus and voice bots."""
