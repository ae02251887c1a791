# Post-save hook: tells a webhook how the save went. Copy it into the directory of PostSaveDirectory.
#
#   NOTIFY_URL   where to; the body is JSON
#
# The hook fails when the message cannot be delivered: silence would be taken for success.

$ErrorActionPreference = 'Stop'

if (-not $env:NOTIFY_URL) { throw 'Name the webhook in NOTIFY_URL.' }

$machine = [Environment]::MachineName
$text = if ($RekkordHook.Success) {
    "Saved $($RekkordHook.Channel) on $machine"
}
else {
    "SAVE FAILED: $($RekkordHook.Channel) on ${machine}: $($RekkordHook.Errors -join '; ')"
}

$body = @{
    success  = [bool]$RekkordHook.Success
    text     = $text
    snapshot = "$($RekkordHook.Snapshot)"
} | ConvertTo-Json -Compress

$null = Invoke-RestMethod -Method Post -Uri $env:NOTIFY_URL -Body $body -ContentType 'application/json; charset=utf-8' `
    -TimeoutSec 60 -MaximumRetryCount 3
