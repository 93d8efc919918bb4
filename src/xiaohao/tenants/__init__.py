"""Many tenants in one installation, and what they publish side by side."""
