"""Re-checks of closed problems: pool, risk-weighted draw, result, estimated true fix rate."""
