using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Findings;
using ForensicKit.Findings.Questions;
using ForensicKit.Latency;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.Reporting;
using ForensicKit.Sensitivity;
using Microsoft.Data.Analysis;

namespace ForensicKit.Cases;

/// <summary>
/// One investigation, as notebooks and the command line see it: open the case, take in its files, reproduce, judge, publish. Each step
/// reads what the one before stored and appends its own; a step that was done already is not done again.
/// </summary>
[TypeFormatterSource(typeof(InvestigationFormatterSource))]
public sealed class Investigation
{
    private readonly ArtifactStore _store;
    private readonly IModelEngines? _engines;
    private readonly TimeProvider _clock;
    private readonly Reproduction _reproduction;
    private readonly Lock _sheetLock = new();
    private (string Rows, ClaimSheet Sheet)? _sheet;

    private Investigation(KitFolder kit, CaseManifest manifest, Dossier dossier, EvidenceDatabase evidence, ArtifactStore store, IModelEngines? engines, TimeProvider clock)
    {
        Kit = kit;
        Case = manifest;
        Dossier = dossier;
        Evidence = evidence;
        _store = store;
        _engines = engines;
        _clock = clock;
        _reproduction = new Reproduction(manifest, kit, store, dossier, evidence, clock);
    }

    /// <summary>The case as it was set out.</summary>
    public CaseManifest Case { get; }

    /// <summary>The folder everything is written to.</summary>
    public Dossier Dossier { get; }

    /// <summary>The evidence database.</summary>
    public EvidenceDatabase Evidence { get; }

    /// <summary>The findings that stand.</summary>
    public IReadOnlyList<Finding> Findings => [.. Evidence.ReadFindings(CancellationToken.None).Select(f => f.Finding)];

    /// <summary>Opens a case: an investigation that is under way is gone on with, otherwise one begins.</summary>
    /// <param name="caseName">Name of a case below <c>data-manifests/cases</c>, or the path of a case file.</param>
    /// <param name="folder">Folder for the evidence; empty for <c>dossiers/CASE</c>, numbered where an earlier one is finished.</param>
    /// <param name="engines">What loads models and runs programs; null where the case asks none.</param>
    /// <param name="cancellationToken">Stops waiting for locks.</param>
    /// <exception cref="KitException">The case is unknown or wrong, the folder belongs to another case or is sealed, or cannot be written.</exception>
    public static Task<Investigation> OpenAsync(string caseName, string folder = "", IModelEngines? engines = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Open(KitFolder.Locate(), caseName, folder, TimeProvider.System, cancellationToken, engines), cancellationToken);

    /// <inheritdoc cref="OpenAsync"/>
    /// <param name="kit">Where manifests and artifacts are.</param>
    /// <param name="caseName">Name or path of the case.</param>
    /// <param name="folder">Folder for the evidence; empty for the default.</param>
    /// <param name="clock">Dates evidence and custody entries.</param>
    /// <param name="cancellationToken">Stops waiting for locks.</param>
    /// <param name="engines">What loads models and runs programs; null where the case asks none.</param>
    public static Investigation Open(KitFolder kit, string caseName, string folder, TimeProvider clock, CancellationToken cancellationToken, IModelEngines? engines = null)
    {
        using var step = StepTrace.Begin("open");
        var manifest = kit.Manifests.Case(caseName);
        var dossier = new Dossier(folder.Length > 0 ? folder : FreeFolder(kit.DossiersFolder, manifest.Name, clock), clock);
        if (dossier.IsSealed)
            throw new KitException("This dossier is finished and sealed.", dossier.Folder, "Choose another folder with --out, or check it with 'forensickit verify'.");
        var caseBytes = File.ReadAllBytes(manifest.FilePath);
        var caseHash = Dossier.Sha256(manifest.FilePath);
        if (!File.Exists(dossier.PathOf(Dossier.CaseFile)))
            AtomicFile.Write(dossier.PathOf(Dossier.CaseFile), caseBytes);
        var evidence = EvidenceDatabase.Open(dossier.PathOf(Dossier.EvidenceFile), manifest.Name, caseHash, clock.GetUtcNow(), cancellationToken);
        dossier.RecordOnce(
            "opened",
            Dossier.CaseFile,
            ("alpha", manifest.Alpha.ToString("R", CultureInfo.InvariantCulture)),
            ("admissible_protocols", string.Join(", ", manifest.AdmissibleProtocols)),
            ("kit", Provenance.Current.KitVersion),
            ("margin_points", manifest.MarginPoints.ToString("R", CultureInfo.InvariantCulture)),
            ("seed", manifest.Seed.ToString(CultureInfo.InvariantCulture)),
            ("sha256", caseHash));
        return new Investigation(kit, manifest, dossier, evidence, kit.StoreFor(manifest), engines, clock);
    }

    /// <summary>Where manifests are.</summary>
    internal KitFolder Kit { get; }

    /// <summary>The claims as a table.</summary>
    public DataFrame Claims() => CaseTables.Claims(Case, Kit);

    /// <summary>What each claim leaves unsaid, as a table.</summary>
    public DataFrame Unstated() => CaseTables.Unstated(Case, Kit);

    /// <summary>The verdicts, one row for each claim.</summary>
    public DataFrame Verdicts()
    {
        using var step = StepTrace.Begin("verdicts");
        return CaseTables.Verdicts(Case, Sheet(), Findings);
    }

    /// <summary>Finds every input file by its hash and takes it in; returns what was taken in.</summary>
    /// <exception cref="KitException">A file is missing (exit 4) or altered (exit 1).</exception>
    public async Task<DataFrame> TakeInAsync(IProgress<StepProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var step = StepTrace.Begin("take in");
        var token = StepContext.Cancellation(cancellationToken);
        await Task.Run(() => _reproduction.TakeIn(StepContext.Progress(progress), token), token);
        return CaseTables.Artifacts(Evidence, token);
    }

    /// <summary>
    /// Stores printed scores and recorded responses, asks the models of the case, then scores every stored response under every rule that its
    /// protocol or recording names; returns the scores.
    /// </summary>
    public async Task<DataFrame> ReproduceAsync(IProgress<StepProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var step = StepTrace.Begin("reproduce");
        var token = StepContext.Cancellation(cancellationToken);
        var told = StepContext.Progress(progress);
        await Task.Run(
            async () =>
            {
                _reproduction.TakeIn(told, token);
                _reproduction.StorePrintedScores(token);
                _reproduction.StoreResponses(told, token);
                _reproduction.Score(told, token);
                await _reproduction.AskModelsAsync(_engines, told, token);
                await _reproduction.ScoreRunsAsync([.. Case.Runs], _engines, told, token);
            },
            token);
        return CaseTables.Scores(Sheet());
    }

    /// <summary>Looks for benchmark items in the training text of the case; returns what was found, by benchmark, and nothing where the case only asks the model itself.</summary>
    /// <exception cref="KitException">The case brings no training text, and does not ask the model itself either.</exception>
    public async Task<DataFrame> ScanAsync(IProgress<StepProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var step = StepTrace.Begin("scan");
        if (Case is { Contamination: null, Membership: not null })
            return CaseTables.Presence(Sheet());
        var plan = Case.Contamination ?? throw new KitException("This case brings no training text.", Case.FilePath, "Give it 'contamination' with its snippets, or leave out this notebook.");
        var token = StepContext.Cancellation(cancellationToken);
        await Task.Run(
            () =>
            {
                var snippets = _store.Resolve([.. plan.Snippets.Select(id => Case.Artifacts.First(a => a.Id == id))], token);
                var scan = ContaminationStep.Run(plan, snippets, b => _reproduction.ItemsOf(b, token), b => ScanBenchmarks.Examples(Kit, b, token), Evidence, _clock.GetUtcNow(), StepContext.Progress(progress), token);
                Dossier.RecordOnce("run", scan, ("origin", "scan"), ("snippets", string.Join(", ", plan.Snippets)));
            },
            token);
        return CaseTables.Presence(Sheet());
    }

    /// <summary>Asks the suspect itself whether it knows benchmarks, and its reference model as a control; returns the outcome of each test, none where the case does not ask.</summary>
    /// <exception cref="KitException">Nothing here runs the models.</exception>
    public async Task<DataFrame> MembershipAsync(IProgress<StepProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var step = StepTrace.Begin("membership");
        var token = StepContext.Cancellation(cancellationToken);
        var told = StepContext.Progress(progress);
        if (Case.Membership is { } plan)
            await Task.Run(() => _reproduction.AskMembershipAsync(plan, _engines, told, token), token);
        return CaseTables.Membership(Sheet());
    }

    /// <summary>Asks the same items in many harmless variants of one prompt; returns the score of each.</summary>
    /// <exception cref="KitException">The case has no such step, or nothing here runs its model.</exception>
    public async Task<DataFrame> SensitivityAsync(IProgress<StepProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var step = StepTrace.Begin("sensitivity");
        var plan = Case.Sensitivity ?? throw new KitException("This case does not vary its prompt.", Case.FilePath, "Give it 'sensitivity', or leave out this notebook.");
        var token = StepContext.Cancellation(cancellationToken);
        var told = StepContext.Progress(progress);
        await Task.Run(
            async () =>
            {
                RunPlan[] plans = [.. SensitivityPlans.Of(plan).Select(v => v.Plan)];
                await _reproduction.AskAsync(plans, items => SensitivityPlans.Items(plan, items), _engines, told, token);
                await _reproduction.ScoreRunsAsync(plans, _engines, told, token);
            },
            token);
        return CaseTables.Sensitivity(Sheet());
    }

    /// <summary>Measures the case's latency claims under the lightest load and under the loads they state; returns percentiles by load.</summary>
    /// <exception cref="KitException">The case claims no latency, or nothing here runs its model.</exception>
    public async Task<DataFrame> LatencyAsync(IProgress<StepProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var step = StepTrace.Begin("latency");
        var plan = Case.Latency ?? throw new KitException("This case claims no latency.", Case.FilePath, "Give it 'latency' with its claims, or leave out this notebook.");
        var token = StepContext.Cancellation(cancellationToken);
        await Task.Run(
            async () =>
            {
                if (Sheet().Latency is not null)
                    return;
                await LatencyStep.RunAsync(plan, Case.Seed, _reproduction.ItemsOf(plan.Benchmark, token), _reproduction.Model(plan.Model, _engines), Evidence, StepContext.Progress(progress), token);
                Dossier.RecordOnce("run", "latency", ("loads", string.Join(", ", LatencyStep.Loads(plan).Select(LatencyStep.IdOf))), ("origin", "inference"));
            },
            token);
        return CaseTables.Latency(Sheet());
    }

    /// <summary>The claims with everything that is stored for them; read again only where something was stored since, by whomever.</summary>
    public ClaimSheet Sheet()
    {
        lock (_sheetLock)
        {
            var rows = Evidence.RowCounts(CancellationToken.None);
            if (_sheet is not { } read || read.Rows != rows)
                _sheet = read = (rows, SheetReader.Read(Case, Kit, Evidence, CancellationToken.None));
            return read.Sheet;
        }
    }

    /// <summary>Claimed, measured and reference scores with their intervals.</summary>
    public NotebookChart ClaimsFigure()
    {
        using var step = StepTrace.Begin("figure");
        return new(CaseFigures.Claims(Case, Sheet(), Findings));
    }

    /// <summary>What the gaps between claims and standard scores are made of; null where the case does not divide any, or not yet.</summary>
    public NotebookChart? AttributionFigure() => Chart(StepFigures.Attribution);

    /// <summary>Which share of each benchmark stands in the training text; null where it has not been scanned.</summary>
    public NotebookChart? PresenceFigure() => Chart(StepFigures.Presence);

    /// <summary>Where in the training text items stand; null where too few do.</summary>
    public NotebookChart? HitMapFigure() => Chart(StepFigures.HitMap);

    /// <summary>Places of each benchmark that stands in the training text, beside the item; three of each at most.</summary>
    public LeakEvidence Leaks() => new([.. (Sheet().Contamination?.Benchmarks ?? []).SelectMany(b => b.Examples.Select(e => (b.Title, e)))]);

    /// <summary>What is said of each benchmark once it has been judged: presence, memorisation and inflation apart.</summary>
    public DataFrame ContaminationVerdicts()
    {
        using var step = StepTrace.Begin("verdicts");
        return CaseTables.Contamination(Sheet(), Findings);
    }

    /// <summary>How much of each score leaked items explain; null where it cannot be said yet.</summary>
    public NotebookChart? PointsExplainedFigure() => Chart(StepFigures.PointsExplained);

    /// <summary>What verdicts on contamination would have seen, by exposures; null where the calibration is not there.</summary>
    public NotebookChart? PowerFigure() => Chart(StepFigures.Power);

    /// <summary>How well inflation is estimated where the truth is known; null where the calibration is not there.</summary>
    public NotebookChart? EstimatesFigure() => Chart(StepFigures.Estimates);

    /// <summary>How well the suspect itself tells published items from fresh ones; null where it has not been asked.</summary>
    public NotebookChart? MembershipFigure() => Chart(StepFigures.Membership);

    /// <summary>What leaked items are worth; null where it cannot be said yet.</summary>
    public NotebookChart? InflationFigure() => Chart(StepFigures.Inflation);

    /// <summary>The score under every variant of the prompt; null where none has been asked.</summary>
    public NotebookChart? SensitivityFigure() => Chart(StepFigures.Sensitivity);

    /// <summary>The distribution of latencies under each load; null where none has been measured.</summary>
    public NotebookChart? LatencyFigure() => Chart(StepFigures.Latency);

    /// <summary>Every scoring rule against the claims; null where the case holds no responses.</summary>
    public NotebookChart? RulesFigure()
    {
        using var step = StepTrace.Begin("figure");
        return CaseFigures.Rules(Case, Sheet()) is { } figure ? new(figure) : null;
    }

    /// <summary>Asks every question of the stored evidence and stores the findings; returns the verdicts.</summary>
    public async Task<DataFrame> JudgeAsync(CancellationToken cancellationToken = default)
    {
        using var step = StepTrace.Begin("judge");
        var token = StepContext.Cancellation(cancellationToken);
        await Task.Run(
            () =>
            {
                var findings = Question.AskAll(Sheet(), token);
                Evidence.AppendFindings(findings, _clock.GetUtcNow(), token);
                Dossier.RecordOnce([.. findings.Select(f => new CustodyEvent("finding", f.Id, [("sha256", f.Sha256()), ("verdict", f.Verdict?.ToString() ?? "-")]))]);
            },
            token);
        return Verdicts();
    }

    /// <summary>Writes the figures and the document from the stored findings.</summary>
    /// <exception cref="KitException">Nothing has been judged yet, or the folder cannot be written.</exception>
    public async Task<PublishedDocument> PublishAsync(CancellationToken cancellationToken = default)
    {
        using var step = StepTrace.Begin("publish");
        var findings = Findings;
        if (findings.Count == 0)
            throw new KitException("Nothing has been judged yet.", Dossier.Folder, "Run the notebook 01 first: it ends with JudgeAsync().");
        var sheet = Sheet();
        Figure?[] figures = [CaseFigures.Claims(Case, sheet, findings), CaseFigures.Rules(Case, sheet), .. StepFigures.All.Select(make => make(Case, sheet))];
        foreach (var figure in figures.OfType<Figure>())
        {
            var files = await FigureExport.WriteAsync(figure, Dossier.PathOf(Dossier.FiguresFolder), cancellationToken);
            Dossier.RecordOnce([.. files.Select(f => new CustodyEvent("export", $"{Dossier.FiguresFolder}/{f.Key}", [("sha256", f.Value)]))]);
        }

        var custody = Dossier.Custody.Read();
        var document = DocumentBuilder.Build(DocumentContent.From(this, sheet, findings, [.. figures.OfType<Figure>()], custody, _clock.GetUtcNow()));
        AtomicFile.WriteText(Dossier.PathOf(Dossier.DocumentFile), document);
        Dossier.RecordOnce("export", Dossier.DocumentFile, ("custody_head", custody.Head), ("sha256", Dossier.Sha256(Dossier.PathOf(Dossier.DocumentFile))));
        return new PublishedDocument(Dossier.PathOf(Dossier.DocumentFile), custody.Head, findings.Count);
    }

    private NotebookChart? Chart(Func<CaseManifest, ClaimSheet, Figure?> make)
    {
        using var step = StepTrace.Begin("figure");
        return make(Case, Sheet()) is { } figure ? new(figure) : null;
    }

    /// <summary>The folder of a new or unfinished investigation: <c>dossiers/CASE</c>, numbered past finished ones.</summary>
    public static string FreeFolder(string dossiers, string name, TimeProvider clock)
    {
        for (var number = 1; ; number++)
        {
            var folder = Path.Combine(dossiers, number == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"));
            if (!new Dossier(folder, clock).IsSealed)
                return folder;
        }
    }
}

/// <summary>A document that was written.</summary>
/// <param name="Path">The file.</param>
/// <param name="CustodyHead">Head of the custody log as printed in it.</param>
/// <param name="Findings">How many findings it rests on.</param>
[TypeFormatterSource(typeof(InvestigationFormatterSource))]
public sealed record PublishedDocument(string Path, string CustodyHead, int Findings);
