token = "ghp_XTxgFS7JzYNJnl5eaqUnDl9CEd0dAYXIkhxk"
