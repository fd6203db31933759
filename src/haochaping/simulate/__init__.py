"""Simulated quarters, for measuring what the checks find and for trying the kit.

Shaped like a real bulletin (heavy tails, departments without a case, 归市, one-cell departments), seeded; everything
made from them says 模拟数据.
"""
