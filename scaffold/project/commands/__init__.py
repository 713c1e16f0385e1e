"""What a person can ask for: one public function a command."""
