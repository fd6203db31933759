# 安装政务服务“好差评”季度简报工具，不需要网络，也不需要 make。用法见“安装说明.txt”。
# 只找 Python，其余由 install.py 完成；可重复运行。适用于 Windows PowerShell 5.1 及以后。
$ErrorActionPreference = 'Continue'
Set-Location -LiteralPath $PSScriptRoot
$wanted = '@PYTHON@'
$others = ''
$candidates = @(@('py', "-$wanted"), @("python$wanted"), @('python3'), @('python'))
if ($env:PYTHON) { $candidates = @(, @($env:PYTHON)) + $candidates }
foreach ($candidate in $candidates) {
    $command = $candidate[0]
    $options = @($candidate | Select-Object -Skip 1)
    if (-not (Get-Command $command -CommandType Application -ErrorAction SilentlyContinue)) { continue }
    $found = & $command @options -c 'import sys; print(sys.version_info[0], sys.version_info[1], sep=chr(46))' 2>$null
    if ($LASTEXITCODE -ne 0) { continue }
    if ("$found" -eq $wanted) {
        & $command @options -I install.py
        exit $LASTEXITCODE
    }
    $others = "${others} ${command}（${found}）"
}
if ($others) { $others = "，只有${others}" }
Write-Host "未能安装：没有找到 Python ${wanted}${others}。请先安装（64 位），安装时勾选 py launcher；装在别处的，先运行 `$env:PYTHON = '路径'"
exit 1
