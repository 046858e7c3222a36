"""The public Python API: what `import gate` offers a training job."""
