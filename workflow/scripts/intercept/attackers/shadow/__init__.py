"""An eavesdropper without a copy of the device part, who makes one of its own."""
