"""Compare a bulletin that people edited in Word with the quarter's figures."""
