BeforeDiscovery {
    $pages = (Get-ChildItem (Join-Path $PSScriptRoot ../../docs/en-US) -Filter *.md).BaseName
    $commands = $pages -notlike 'about_*'
}

BeforeAll {
    . $PSScriptRoot/common.ps1
    $pages = (Get-ChildItem (Join-Path $root docs/en-US) -Filter *.md).BaseName
}

Describe 'The help of <_>' -ForEach $commands {
    BeforeAll {
        $command = Get-Command $_
        $help = Get-Help $_ -Full
    }

    It 'has every part' {
        $help.Synopsis | Should -Match '^[A-Z].+\.$'
        $help.description.Text | Should -Not -BeNullOrEmpty
        $help.examples.example.Count | Should -BeGreaterOrEqual 2
        foreach ($example in $help.examples.example) { $example.code | Should -Match $command.Name }
        $help.alertSet.title | Should -Be 'Errors', 'Notes'
        $help.alertSet[0].alert.Text | Should -Not -BeNullOrEmpty
        $help.inputTypes.inputType | Should -Not -BeNullOrEmpty
        # Lock-RekkordKey writes nothing.
        if ($command.OutputType) { $help.returnValues.returnValue | Should -Not -BeNullOrEmpty }
        $links = $help.relatedLinks.navigationLink.linkText
        $links.Count | Should -BeGreaterOrEqual 2
        $links | ForEach-Object { $pages | Should -Contain $_ }
    }

    It 'describes each parameter, as PowerShell knows it' {
        $own = $command.Parameters.Values.Where({ $_.Name -notin [System.Management.Automation.PSCmdlet]::CommonParameters })
        $help.parameters.parameter.name | Sort-Object | Should -Be ($own.Name | Sort-Object)
        foreach ($parameter in $help.parameters.parameter) {
            $known = $command.Parameters[$parameter.name]
            $set = @($known.ParameterSets.Values)[0] # the only one, or all the same
            $parameter.description.Text | Should -Not -BeNullOrEmpty -Because $parameter.name
            $parameter.required -eq 'true' | Should -Be $set.IsMandatory -Because $parameter.name
            $parameter.position | Should -Be ($set.Position -lt 0 ? 'named' : $set.Position) -Because $parameter.name
            $parameter.aliases | Should -Be ($known.Aliases ? $known.Aliases -join ', ' : 'none') -Because $parameter.name
            $parameter.pipelineInput -ne 'False' | Should -Be ($set.ValueFromPipeline -or $set.ValueFromPipelineByPropertyName) -Because $parameter.name
        }
    }

    It 'fits eighty columns' {
        $help | Out-String -Width 80 | Should -Not -Match '(?m)^.{81}'
        # PowerShell would break a longer line, in some languages inside a word.
        @($help.description.Text) + $help.parameters.parameter.description.Text -join "`n" | Should -Not -Match '(?m)^.{76}'
    }
}

Describe 'The help for a user whose language is "<_>"' -ForEach 'de-DE', '' {
    It 'is all there' {
        # The empty one is what LANG=C makes of a session.
        $language = [cultureinfo]::CurrentUICulture
        $expected = $pages | ForEach-Object { Get-Help $_ -Full }
        try {
            [cultureinfo]::CurrentUICulture = $_
            $found = $pages | ForEach-Object { Get-Help $_ -Full }
        } finally {
            [cultureinfo]::CurrentUICulture = $language
        }
        $found.Count | Should -Be $pages.Count
        for ($index = 0; $index -lt $pages.Count; $index++) {
            $found[$index] | ConvertTo-Json -Depth 8 | Should -BeExactly ($expected[$index] | ConvertTo-Json -Depth 8) -Because $pages[$index]
        }
    }
}

Describe 'The topic <_>' -ForEach ($pages -like 'about_*') {
    It 'is laid out as Get-Help expects, in eighty columns' {
        $text = [string](Get-Help $_)
        $lines = $text -split '\r?\n'
        $lines[0..1] | Should -Be 'TOPIC', "    $_"
        $lines[3] | Should -Be 'SHORT DESCRIPTION'
        $lines | Should -Contain 'LONG DESCRIPTION'
        $lines | Should -Contain 'SEE ALSO'
        $text | Should -Not -Match '(?m)^.{81}'
        (Get-Help 'about_Rekkord*' | Where-Object Name -eq $_).Synopsis | Should -Be $lines[4].Trim()
    }
}

Describe 'The examples' {
    BeforeAll {
        $base = (New-Item -ItemType Directory (Join-Path $root "output/test/$([guid]::NewGuid())")).FullName
        $result = Join-Path $base failures.json
        $program, [string[]] $arguments = $pwsh
        & $program @arguments -NoProfile -File $PSScriptRoot/Help.Examples.ps1 -Base $base -Result $result *> $null
        $failures = Get-Content -Raw $result | ConvertFrom-Json -AsHashtable
    }
    AfterAll { Remove-Item -LiteralPath $base -Recurse -Force }

    It 'of <_> run' -ForEach $pages {
        $failures.ContainsKey($_) | Should -BeTrue
        $failures[$_] | Should -BeNullOrEmpty
    }
}

Describe 'The help about errors' {
    It 'names every error that the module raises' {
        $text = Get-ChildItem (Join-Path $root docs/en-US) -Filter *.md | Get-Content -Raw | Out-String
        $source = Get-ChildItem (Join-Path $root src) -Filter *.cs -Recurse | Get-Content -Raw | Out-String
        $raised = [regex]::Matches($source, '"([A-Z][A-Za-z]+)",\s*RekkordErrorKind\.').ForEach({ $_.Groups[1].Value }) | Sort-Object -Unique
        $raised.Count | Should -BeGreaterThan 60
        $raised.Where({ $text -cnotmatch "\b$_\b" }) | Should -BeNullOrEmpty
    }
}

Describe 'The documents that the help names' {
    It 'are in the module' {
        $help = Get-ChildItem (Join-Path $root docs/en-US) -Filter about_*.md | Get-Content -Raw
        $named = [regex]::Matches($help, '\bdocs/\w+\.md').Value | Sort-Object -Unique
        $named.Count | Should -BeGreaterOrEqual 4
        $named | ForEach-Object { Join-Path (Split-Path $manifest) $_ | Should -Exist }
    }
}
