"""Singer tap for Wolkvox, the contact-centre platform."""
