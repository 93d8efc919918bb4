"""Who really can fix it: root causes and their claim, joint calls, arbitration."""
