"""节约分析: what the negotiated prices saved, with charts down to the documents."""
