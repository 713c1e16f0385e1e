"""What rules read out of files: workflows, commands, images, manifests, layers and their kin."""
