"""What happens at the place and goes on record: breaches, activity, lost property, damage, inquiries, faults, stops."""
