# Post-save hook: mails how the save went. Copy it into the directory of PostSaveDirectory.
#
#   MAIL_TO       the address that gets the mail
#   MAIL_FROM     the sender's address; without it, MAIL_TO
#   MAIL_SERVER   smtp://host:port; without it, smtp://localhost. .NET knows no TLS from the first byte (smtps): 90-mail.sh does
#   MAIL_NETRC    a file in the form of ~/.netrc with the login for the server; without it, none is sent
#   MAIL_TLS      required or none; without it, required for every server but one on this machine
#
# The hook fails when the mail is not accepted, because silence would be taken for success. After a failed pre hook it runs
# only with RunPostHooksAfterPreFailure = true. When the save cannot even begin, it does not run at all. So also make sure
# that somebody notices a missing mail: docs/hooks.md, "A message after every save".

$ErrorActionPreference = 'Stop'

if (-not $env:MAIL_TO) { throw 'Set MAIL_TO to the address that gets the mail.' }
$from = if ($env:MAIL_FROM) { $env:MAIL_FROM } else { $env:MAIL_TO }
$server = [uri]$(if ($env:MAIL_SERVER) { $env:MAIL_SERVER } else { 'smtp://localhost' })
if ($server.Scheme -ne 'smtp') { throw 'MAIL_SERVER is smtp://host:port. For another form, use 90-mail.sh.' }
$tls = if ($env:MAIL_TLS) { $env:MAIL_TLS } elseif ($server.IsLoopback) { 'none' } else { 'required' }
if ($tls -notin 'required', 'none') { throw "MAIL_TLS is 'required' or 'none', and not '$tls'." }

$machine = [Environment]::MachineName
$mail = [Net.Mail.MailMessage]::new($from, $env:MAIL_TO)
$mail.SubjectEncoding = $mail.BodyEncoding = [Text.Encoding]::UTF8
if ($RekkordHook.Success) {
    $mail.Subject = "Saved $($RekkordHook.Channel) on $machine"
    $mail.Body = "The snapshot is $($RekkordHook.Snapshot) in $($RekkordHook.Repository)."
}
else {
    $mail.Subject = "SAVE FAILED: $($RekkordHook.Channel) on $machine"
    $mail.Body = $RekkordHook.Errors -join "`n"
}

$client = [Net.Mail.SmtpClient]::new($server.Host, $(if ($server.Port -gt 0) { $server.Port } else { 25 }))
$client.EnableSsl = $tls -eq 'required'
if ($env:MAIL_NETRC) {
    $login = [regex]::Match([IO.File]::ReadAllText($env:MAIL_NETRC), "machine\s+$([regex]::Escape($server.Host))\s+login\s+(\S+)\s+password\s+(\S+)")
    if (-not $login.Success) { throw "MAIL_NETRC has no line 'machine $($server.Host) login NAME password PASSWORD'." }
    $client.Credentials = [Net.NetworkCredential]::new($login.Groups[1].Value, $login.Groups[2].Value)
}

$limit = [Threading.CancellationTokenSource]::new(60000)
try {
    $sending = $client.SendMailAsync($mail, $limit.Token)
    # In short steps, so that Ctrl-C and the time limit can stop it.
    while (-not ([IAsyncResult]$sending).AsyncWaitHandle.WaitOne(200)) { }
    try { $null = $sending.GetAwaiter().GetResult() }
    catch { throw "The mail was not accepted: $($_.Exception.GetBaseException().Message) Check MAIL_SERVER, MAIL_TO and the server behind them." }
}
finally {
    $client.Dispose()
    $mail.Dispose()
}
