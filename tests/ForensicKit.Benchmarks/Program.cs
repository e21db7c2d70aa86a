using BenchmarkDotNet.Running;
using ForensicKit.Benchmarks;

if (args is ["sandboxes"])
    await SandboxPrograms.RunAsync();
else
    BenchmarkSwitcher.FromAssembly(typeof(EvidenceAppend).Assembly).Run(args);
