"""What the simulator reports of cases, and of the way of chats from bots and ads to agents."""
