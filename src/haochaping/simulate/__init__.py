"""Simulated quarters, for measuring what the checks find and for trying the kit.

Distributed like a real bulletin (heavy tails, departments without cases, 归市, departments with one cell) and seeded.
Everything made from them says 模拟数据.
"""
