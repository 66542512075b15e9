"""What pages, share pages and mail show: pure functions from frozen reports to escaped Markup."""
