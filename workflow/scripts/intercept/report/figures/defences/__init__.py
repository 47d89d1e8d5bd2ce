"""What is rebuilt through each defence."""
