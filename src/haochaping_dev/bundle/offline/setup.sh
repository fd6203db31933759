#!/bin/sh
# 安装政务服务“好差评”季度简报工具，不需要网络，也不需要 make。用法见“安装说明.txt”。
# 只找 Python，其余由 install.py 完成；可重复运行。
CDPATH='' cd -- "$(dirname -- "$0")" || exit 1
others=
for name in "${PYTHON:-}" python@PYTHON@ python3 python; do
  [ -n "$name" ] || continue
  found=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
  [ "$found" = @PYTHON@ ] && exec "$name" -I install.py
  others="$others $name（$found）"
done
echo "未能安装：没有找到 Python @PYTHON@${others:+，只有$others}。请先安装；装在别处的，用 PYTHON=路径 sh setup.sh 指定" >&2
exit 1
