"""No training and no network: what a device sent was recorded."""
