# Post-save hook: tells a webhook how the save went. Copy it into the directory of PostSaveDirectory.
#
#   NOTIFY_URL   the address of the webhook; the body is JSON
#
# The hook fails when the message cannot be delivered, because silence would be taken for success. After a failed pre hook it
# runs only with RunPostHooksAfterPreFailure = true. When the save cannot even begin, it does not run at all. So also make
# sure that somebody notices a missing message: docs/hooks.md, "A message after every save".

$ErrorActionPreference = 'Stop'

if (-not $env:NOTIFY_URL) { throw 'Set NOTIFY_URL to the address of the webhook.' }

$machine = [Environment]::MachineName
$text = if ($RekkordHook.Success) {
    "Saved $($RekkordHook.Channel) on $machine"
}
else {
    "SAVE FAILED: $($RekkordHook.Channel) on ${machine}: $($RekkordHook.Errors -join '; ')"
}

$body = [Collections.Generic.Dictionary[string, object]]::new()
$body['success'] = [bool]$RekkordHook.Success
$body['text'] = [string]$text
$body['snapshot'] = [string]$RekkordHook.Snapshot
$json = [Text.Json.JsonSerializer]::Serialize($body, $body.GetType(), [Text.Json.JsonSerializerOptions]::new())

# .NET's own client, so that it also runs where PowerShell's Utility module is missing.
$handler = [Net.Http.HttpClientHandler]::new()
# Following a redirect could turn the message into a request without a body.
$handler.AllowAutoRedirect = $false
$client = [Net.Http.HttpClient]::new($handler)
try {
    $client.Timeout = [TimeSpan]::FromSeconds(60)
    for ($attempt = 1; ; $attempt++) {
        $content = [Net.Http.StringContent]::new($json, [Text.Encoding]::UTF8, 'application/json')
        $sending = $client.PostAsync($env:NOTIFY_URL, $content)
        # In short steps, so that Ctrl-C and the time limit can stop it.
        while (-not ([IAsyncResult]$sending).AsyncWaitHandle.WaitOne(200)) { }
        try {
            $status = $sending.GetAwaiter().GetResult().StatusCode
        }
        catch {
            $status = $null
            # The address itself may be a secret and is not repeated.
            $reason = $_.Exception.GetBaseException().Message
        }

        if ($null -ne $status) {
            if ([int]$status -in 200..299) { break }
            $reason = "the webhook answered $([int]$status) ($status)"
            if ([int]$status -in 300..399) { throw "The message was not delivered: $reason, so it has moved. Set NOTIFY_URL to its new address." }
        }

        # An error of the sender does not go away.
        if ($attempt -ge 4 -or ($null -ne $status -and [int]$status -lt 500 -and [int]$status -notin 408, 429)) {
            throw "The message was not delivered: $reason. Check NOTIFY_URL and the service behind it."
        }

        [Threading.Thread]::Sleep(1000)
    }
}
finally {
    $client.Dispose()
}
