"""From a quarter of government-service ratings (政务服务“好差评”) to a briefing that can be trusted."""
