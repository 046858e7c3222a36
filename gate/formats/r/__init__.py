"""R: objects as `saveRDS` and `save` write them."""
