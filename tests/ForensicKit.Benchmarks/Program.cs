using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(ForensicKit.Benchmarks.EvidenceAppend).Assembly).Run(args);
