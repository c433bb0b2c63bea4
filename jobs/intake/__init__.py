"""From dropped bytes to rows of text: charset, header, record boundaries, the two readers. Bytes in, Arrow out; no store, no Spark."""
