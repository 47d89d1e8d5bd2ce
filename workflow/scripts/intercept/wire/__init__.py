"""What crosses a wire, as far as bounds and servers go by it, and what is drawn for it."""
