"""What timers, alarms and reminders stand on: a store, a scheduler, and what is said of them."""
