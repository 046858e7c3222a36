"""What other scanners of weight files find and take, beside `gate scan`."""
