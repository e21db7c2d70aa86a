using System.Diagnostics;
using System.Text.Json;
using ForensicKit.Inference.ChatTemplates;
using ForensicKit.Models;
using ForensicKit.Templates;

namespace ForensicKit.Inference.Tests.ChatTemplates;

public sealed class HostileTemplateTests
{
    private static readonly ChatRequest s_request = ChatRequest.Of(new ChatMessage("user", "Hi"));

    /// <summary>Templates that would take time, memory or stack without end.</summary>
    public static TheoryData<string> Endless => new(
    [
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{{ i }}{% endfor %}{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ 'abc' * 1000000000000000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ ([[]] * 3000) * 3000 * 3000 }}",
        "{{ 9 ** (9 ** (9 ** 9)) }}",
        "{{ 2 ** 100000000000 }}",
        "{% set ns = namespace(n=3) %}{% for i in range(64) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(64) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(64) %}{% set ns.s = ns.s.replace('a', ns.s) %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(64) %}{% set ns.s = ns.s.join([ns.s, ns.s]) %}{% endfor %}",
        "{% set ns = namespace(l=[0]) %}{% for i in range(64) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% set ns = namespace(l=[0]) %}{% for i in range(64) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[0]) %}{% for i in range(20) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{% for i in range(1000) %}{{ ns.l }}{% endfor %}",
        "{% set ns = namespace(l=(0,)) %}{% for i in range(64) %}{% set ns.l = (ns.l, ns.l) %}{% endfor %}{{ {ns.l: 1} }}",
        "{% set ns = namespace(a=[0], b=[0]) %}{% for i in range(20) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{% for i in range(1000) %}{{ ns.a == ns.b }}{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(10000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l={}) %}{% for i in range(10000) %}{% set ns.l = {'a': ns.l} %}{% endfor %}{{ ns.l | tojson }}",
        "{% set ns = namespace(n=namespace()) %}{% for i in range(10000) %}{% set ns.n = namespace(n=ns.n) %}{% endfor %}{{ ns.n }}",
        "{% set ns = namespace(g=['a']) %}{% for i in range(99999) %}{% set ns.g = ns.g | map('upper') %}{% endfor %}{{ ns.g | list }}",
        "{% set ns = namespace(g=['a']) %}{% for i in range(99999) %}{% set ns.g = ns.g | select %}{% endfor %}{% for x in ns.g %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(a) %}{{ m(a ~ a) }}{% endmacro %}{{ m('abc') }}",
        "{% macro a() %}{{ b() }}{{ b() }}{% endmacro %}{% macro b() %}{% call c() %}{{ a() }}{% endcall %}{% endmacro %}{% macro c() %}{{ caller() }}{% endmacro %}{{ a() }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(100) }}",
        "{{ 'a'.center(2000000000) }}",
        "{{ 'a'.ljust(2000000000) }}{{ 'a'.zfill(2000000000) }}",
        "{{ '\\t'.expandtabs(2000000000) }}",
        "{{ '%2000000000d' % 5 }}",
        "{{ '%.2000000000f' % 5 }}",
        "{{ '%.2000000000d' % 5 }}",
        "{{ '%*d' % (2000000000, 5) }}",
        "{{ '{:2000000000}'.format(5) }}",
        "{{ '{:.2000000000f}'.format(5.0) }}",
        "{{ 'a' | indent(2000000000, true) }}{% for i in range(100) %}{{ 'a' | indent(2000000000, true) }}{% endfor %}",
        "{{ [1] | tojson(indent=2000000000) }}",
        "{{ [[[[1]]]] | tojson(indent=20000000) }}",
        "{{ [1] | batch(2000000000, 'x') | list }}",
        "{{ [1] | slice(2000000000) | list }}",
        "{{ ('a ' * 30000000) | wordwrap(1) }}",
        "{{ ('<' * 30000000) | e | e | e | e | e }}",
        "{{ range(1000000000000) }}",
        "{{ range(100000) | map('string') | map('list') | list | tojson * 1000 }}",
        "{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{{ (s ~ 'b') in s }}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% set t = 'a' * 500000 ~ 'b' %}{% for i in range(1000) %}{{ s.find(t) }}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{% if s == s ~ '' %}{% endif %}{% endfor %}",
        "{% set s = '😀' * 1000000 %}{% for i in range(100000) %}{% if s[500000] %}{% endif %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{% if s.isalpha() or s.isprintable() or s is lower %}{% endif %}{% endfor %}",
        "{% set ns = namespace(d={}) %}{% for i in range(100000) %}{% set ns.d = dict(ns.d, **{i ~ '': i}) %}{% endfor %}",
        "{% for i in range(100000) %}{{ range(100000) | sum }}{% endfor %}",
        "{% for i in range(100000) %}{{ range(100000) | sort | list | length }}{% endfor %}",
        "{% for i in range(100000) %}{{ strftime_now('%c' * 10000) }}{% endfor %}",
    ]);

    [Theory]
    [MemberData(nameof(Endless))]
    public void Endless_templates_end_soon(string source)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var template = ChatTemplate.Parse(source);
        var error = Assert.Throws<KitException>(() => template.Render(s_request, TestContext.Current.CancellationToken));
        var inner = Assert.IsType<TemplateException>(error.InnerException);
        Assert.Equal(TemplateFailure.Exceeded, inner.Failure);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"took {watch.Elapsed}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 6L << 30, $"allocated {GC.GetAllocatedBytesForCurrentThread() - before}");
    }

    /// <summary>Texts that would use up the stack or the time of a parser.</summary>
    public static TheoryData<string, string, string> Deep => new()
    {
        { "{{ ", "(", "" },
        { "{{ ", "[", "" },
        { "{{ ", "{1:", "" },
        { "{{ ", "- ", "1 }}" },
        { "{{ ", "not ", "1 }}" },
        { "{{ x", ".a", " }}" },
        { "{{ x", "[0]", " }}" },
        { "{{ x", "()", " }}" },
        { "{{ x", "|upper", " }}" },
        { "{{ x", " is string", " }}" },
        { "{{ 1", " + 1", " }}" },
        { "{{ 1", " and 1", " }}" },
        { "{{ 1", " if 1 else 1", " }}" },
        { "{{ 1", " if 1", " }}" },
        { "{{ ", "x(", "" },
        { "{{ ", "x[", "" },
        { "{{ ", "1 is in (", "" },
        { "", "{% if 1 %}", "" },
        { "", "{% for a in b %}", "" },
        { "", "{% macro m() %}", "" },
        { "", "{% call m() %}", "" },
        { "", "{% filter upper %}", "" },
        { "", "{% set a %}", "" },
        { "", "{% with %}", "" },
        { "", "{% generation %}", "" },
        { "", "{% if 1 %}{% else %}", "" },
        { "", "{% raw %}", "" },
        { "", "{#", "" },
        { "", "{{", "" },
        { "", "{%", "" },
        { "{% for ", "(", "" },
        { "{% set ", "(a, ", "" },
        { "{% macro m(", "a", "" },
    };

    [Theory]
    [MemberData(nameof(Deep))]
    public void Deep_templates_are_refused_with_their_line(string start, string repeated, string end)
    {
        var watch = Stopwatch.StartNew();
        var source = "\n" + start + string.Concat(Enumerable.Repeat(repeated, 40_000)) + end;
        var error = Assert.Throws<KitException>(() => ChatTemplate.Parse(source));
        Assert.Equal(TemplateFailure.Syntax, Assert.IsType<TemplateException>(error.InnerException).Failure);
        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
    }

    [Fact]
    public void Wide_templates_are_parsed_and_rendered_quickly()
    {
        foreach (var (start, repeated, end) in new[] { ("{{ 1", " ~ 1", " }}"), ("{{ [1", ", 1", "] }}"), ("", "{{ 1 }}", ""), ("", "{% if 1 %}a{% endif %}", ""), ("{% if 0 %}", "{% elif 0 %}", "{% endif %}"), ("{{ 1", " < 2", " }}") })
        {
            var watch = Stopwatch.StartNew();
            ChatTemplate.Parse(start + string.Concat(Enumerable.Repeat(repeated, 40_000)) + end).Render(s_request, TestContext.Current.CancellationToken);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
        }

        Assert.Throws<KitException>(() => ChatTemplate.Parse(new string('a', (1 << 20) + 1)));
    }

    [Fact]
    public void A_small_stack_is_not_used_up()
    {
        const string Nested = "{% macro m(n) %}{% if n %}{% for i in [1] %}{% with a=1 %}{{ [[[[[[m(n - 1)]]]]]] }}{% endwith %}{% endfor %}{% endif %}{% endmacro %}{{ m(190) }}";
        var source = Nested + string.Concat(Enumerable.Repeat("{{ ((((((((1)))))))) }}", 10));
        Exception? caught = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    ChatTemplate.Parse(source).Render(s_request);
                }
                catch (KitException e)
                {
                    caught = e;
                }
            },
            256 << 10);
        thread.Start();
        thread.Join();
        Assert.Contains("nested too deep", caught?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rendering_can_be_cancelled()
    {
        var template = ChatTemplate.Parse("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}");
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => template.Render(s_request, source.Token));
    }

    [Fact]
    public void Limits_are_the_callers()
    {
        var template = ChatTemplate.Parse("{% for i in range(1000) %}{{ 'abc' }}{% endfor %}");
        Assert.Equal(3000, template.Render(s_request, TestContext.Current.CancellationToken).Length);
        foreach (var limits in new[] { new TemplateLimits { Steps = 100 }, new TemplateLimits { Characters = 100 } })
            Assert.Throws<KitException>(() => template.Render(s_request with { Limits = limits }));
    }

    [Theory]
    [InlineData("{{ ''.__class__.__mro__ }}")]
    [InlineData("{{ ''['__class__']['__mro__'] }}")]
    [InlineData("{{ (''|attr('__class__')).__mro__ }}")]
    [InlineData("{{ '{0.__class__.__mro__}'.format(1) }}")]
    [InlineData("{{ messages.append(1) }}")]
    [InlineData("{{ messages[0].update(a=1) }}")]
    [InlineData("{{ messages.GetType() }}")]
    [InlineData("{{ messages.Items() }}")]
    [InlineData("{{ raise_exception.__globals__['os'] }}")]
    [InlineData("{{ self.__init__() }}")]
    [InlineData("{{ cycler.__init__.__globals__ }}")]
    [InlineData("{{ namespace(_a=1)._a.b }}")]
    [InlineData("{% include '/etc/passwd' %}")]
    [InlineData("{% import 'os' as os %}")]
    [InlineData("{% from 'os' import path %}")]
    [InlineData("{% extends 'x' %}")]
    public void Nothing_outside_is_reached(string source)
    {
        var error = Assert.Throws<KitException>(() => ChatTemplate.Parse(source).Render(s_request, TestContext.Current.CancellationToken));
        Assert.Equal(TemplateFailure.Failed, Assert.IsType<TemplateException>(error.InnerException).Failure);
    }

    [Fact]
    public void Messages_from_outside_are_bounded_too()
    {
        var template = ChatTemplate.Parse("{{ messages | tojson }}");
        var deep = new string('[', 5000) + new string(']', 5000);
        using var document = JsonDocument.Parse($"[{deep}]", new JsonDocumentOptions { MaxDepth = 10_000 });
        Assert.Throws<KitException>(() => template.Render(new(document.RootElement)));
        Assert.Throws<KitException>(() => template.Render(new(JsonDocument.Parse("[" + new string('9', 5000) + "]").RootElement)));
        Assert.Throws<KitException>(() => template.Render(new(JsonDocument.Parse("""["\ud800"]""").RootElement)));
        Assert.Throws<KitException>(() => template.Render(new(JsonDocument.Parse("[]").RootElement)));
        Assert.Throws<KitException>(() => template.Render(new(JsonDocument.Parse("{}").RootElement)));
        Assert.Throws<KitException>(() => template.Render(new(default(JsonElement))));
    }
}
