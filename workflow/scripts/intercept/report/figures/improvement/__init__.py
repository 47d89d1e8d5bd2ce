"""What each step brings."""
