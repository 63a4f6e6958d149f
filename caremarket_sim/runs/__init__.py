"""What is simulated, by whom and in which order: plans, designs, executors, and the proof that numbers come again."""
