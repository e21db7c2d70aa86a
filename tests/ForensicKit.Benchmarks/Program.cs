using BenchmarkDotNet.Running;
using ForensicKit.Benchmarks;

if (args is ["sandboxes"])
    await SandboxPrograms.RunAsync();
else if (args is ["load", .. var files])
    CheckpointLoading.Run(files);
else if (args is ["inference", .. var what])
    InferenceSpeed.Run(what);
else if (args is ["gpu", .. var parts])
    GpuSpeed.Run(parts);
else if (args is ["judgement", var claimants])
    JudgementErrors.Run(int.Parse(claimants, System.Globalization.CultureInfo.InvariantCulture));
else if (args is ["cold", var model])
    await ColdStart.RunAsync(model);
else if (args is ["harness", var weights])
    await HarnessSpeed.RunAsync(weights);
else if (args is ["cache"])
    await ResponseCaching.RunAsync();
else if (args is ["corpus-read", .. var corpora])
    CorpusReading.Run(corpora);
else if (args is ["scan", .. var texts])
    CorpusScanning.Run(texts);
else if (args is ["scan-quality", var data, .. var more])
    ScanQuality.Run(data, more);
else if (args is ["scan-answers", var answered])
    ScanAnswers.Run(answered);
else if (args is ["constat-errors", var answers, .. var named])
    MembershipErrors.ConStatRun(answers, named.FirstOrDefault("default"));
else if (args is ["file-order-errors", .. var orders])
    await FileOrderErrors.RunAsync(onlyOrders: orders is ["orders"]);
else if (args is ["membership-errors", var zoo, .. var kept])
    await BatteryErrors.RunAsync(zoo, kept.FirstOrDefault());
else if (args is ["precision", var folder])
    PrecisionEffect.Run(folder);
else if (args is ["tokenizers", .. var names])
    TokenizerSpeed.Run(rounds: 5, names);
else
    BenchmarkSwitcher.FromAssembly(typeof(EvidenceAppend).Assembly).Run(args);
