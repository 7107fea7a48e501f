"""Reports about calls: the calls, their costs, their codes, offers to call back."""
