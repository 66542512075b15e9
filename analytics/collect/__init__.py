"""From a browser's request to an entry of the event stream."""
