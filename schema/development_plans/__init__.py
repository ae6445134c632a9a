"""Development plans: what somebody works on, agreed by them and a manager above them."""
