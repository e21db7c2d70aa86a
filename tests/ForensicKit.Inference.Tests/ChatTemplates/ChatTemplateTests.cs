using System.Text.Json;
using CsCheck;
using ForensicKit.Inference.ChatTemplates;
using ForensicKit.Models;
using ForensicKit.Templates;

namespace ForensicKit.Inference.Tests.ChatTemplates;

public sealed class ChatTemplateTests
{
    private static readonly ChatRequest s_request = ChatRequest.Of(new ChatMessage("system", "Be brief."), new ChatMessage("user", "Hi"));

    [Fact]
    public void Messages_and_tokens_become_one_text()
    {
        var template = ChatTemplate.Parse(
            "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["bos_token"] = "<s>" });
        Assert.Equal("<s><|system|>Be brief.<|user|>Hi", template.Render(s_request));
        Assert.Equal("<s><|system|>Be brief.<|user|>Hi<|assistant|>", template.Render(s_request with { AddGenerationPrompt = true }));
    }

    [Fact]
    public void Variables_win_over_tokens_and_tools_are_none_where_absent()
    {
        var template = ChatTemplate.Parse("{{ bos_token }} {{ tools is none }} {{ documents is none }} {{ tools }}", new Dictionary<string, string>(StringComparer.Ordinal) { ["bos_token"] = "<s>" });
        Assert.Equal("<s> True True None", template.Render(s_request));
        var request = s_request with
        {
            Tools = Json("[{'a': 1}]"),
            Documents = Json("[]"),
            Variables = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["bos_token"] = Json("'<b>'") },
        };
        Assert.Equal("<b> False False [{'a': 1}]", template.Render(request));
    }

    [Fact]
    public void Messages_are_made_uniform_unless_asked_not_to()
    {
        var template = ChatTemplate.Parse("{{ messages }}");
        var request = new ChatRequest(Json("[{'role': 'assistant', 'content': null, 'reasoning': 'why'}]"));
        Assert.Equal("[{'role': 'assistant', 'reasoning': 'why', 'reasoning_content': 'why', 'thinking': 'why'}]", template.Render(request));
        Assert.Equal("[{'role': 'assistant', 'content': None, 'reasoning': 'why'}]", template.Render(request with { NormaliseMessages = false }));
    }

    [Fact]
    public void Time_is_that_of_the_clock()
    {
        var clock = new UtcClock(new(2024, 2, 29, 23, 5, 7, TimeSpan.Zero));
        var template = ChatTemplate.Parse("{{ strftime_now('%d %b %Y|%B %d, %Y|%Y-%m-%d|%H:%M:%S') }}");
        Assert.Equal("29 Feb 2024|February 29, 2024|2024-02-29|23:05:07", template.Render(s_request with { Clock = clock }));
    }

    [Fact]
    public void What_the_template_raises_is_told_apart_from_what_fails()
    {
        var raised = Assert.Throws<KitException>(() => ChatTemplate.Parse("\n\n{{ raise_exception('Roles must alternate!') }}").Render(s_request));
        Assert.Contains("line 3", raised.Message, StringComparison.Ordinal);
        Assert.Contains("Roles must alternate!", raised.Message, StringComparison.Ordinal);
        var inner = Assert.IsType<TemplateException>(raised.InnerException);
        Assert.Equal((TemplateFailure.Raised, "Roles must alternate!", 3), (inner.Failure, inner.Message, inner.Line));
        var failed = Assert.Throws<KitException>(() => ChatTemplate.Parse("a\n{{ messages[0].missing.more }}").Render(s_request));
        Assert.Equal(TemplateFailure.Failed, Assert.IsType<TemplateException>(failed.InnerException).Failure);
        Assert.Contains("has no attribute 'missing'", failed.Message, StringComparison.Ordinal);
        var syntax = Assert.Throws<KitException>(() => ChatTemplate.Parse("a\n\n{% if x %}"));
        Assert.Equal(TemplateFailure.Syntax, Assert.IsType<TemplateException>(syntax.InnerException).Failure);
        Assert.Contains("line 3", syntax.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{% do x %}", "do")]
    [InlineData("{% trans %}{% endtrans %}", "trans")]
    [InlineData("{% autoescape true %}{% endautoescape %}", "autoescape")]
    [InlineData("{% if x %}{% endfor %}", "endfor")]
    [InlineData("{{ x | frobnicate }}", "frobnicate")]
    [InlineData("{{ x is frobnicated }}", "frobnicated")]
    public void What_is_not_there_is_named(string source, string name) =>
        Assert.Contains($"'{name}'", Assert.Throws<KitException>(() => ChatTemplate.Parse(source)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{% include 'x' %}", "include")]
    [InlineData("{% import 'x' as y %}", "import")]
    [InlineData("{% from 'x' import y %}", "from")]
    [InlineData("{% extends 'x' %}", "extends")]
    [InlineData("{{ [1] | random }}", "random")]
    [InlineData("{{ lipsum() }}", "lipsum")]
    public void What_a_chat_template_cannot_have_is_named_where_it_is_reached(string source, string name)
    {
        Assert.Contains(name, Assert.Throws<KitException>(() => ChatTemplate.Parse(source).Render(s_request)).Message, StringComparison.Ordinal);
        Assert.Equal("", ChatTemplate.Parse($"{{% if false %}}{source}{{% endif %}}").Render(s_request));
    }

    [Fact]
    public void One_template_serves_several_threads()
    {
        var template = ChatTemplate.Parse("{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + m.content | length %}{% endfor %}{{ ns.n }}{{ cycler('a', 'b').next() }}");
        var texts = Enumerable.Range(0, 64).AsParallel().Select(_ => template.Render(s_request)).ToList();
        Assert.All(texts, t => Assert.Equal("11a", t));
    }

    /// <summary>Pieces of templates, put together at random.</summary>
    private static readonly string[] s_pieces =
    [
        "{{", "}}", "{%", "%}", "{%-", "-%}", "{{-", "-}}", "{#", "#}", "{% if", "{% elif", "{% else %}", "{% endif %}", "{% for", "{% endfor %}", "{% set", "{% endset %}",
        "{% macro m(a, b=1) %}", "{% endmacro %}", "{% call m(1) %}", "{% endcall %}", "{% raw %}", "{% endraw %}", "{% break %}", "{% with a=1 %}", "{% endwith %}", "{% filter upper %}",
        "{% endfilter %}", "{% generation %}", "{% endgeneration %}", " in ", " is ", " not ", " and ", " or ", " if ", " else ", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", "~", "+", "-", "*",
        "/", "//", "%", "**", "==", "!=", "<", ">", "=", "messages", "loop", "namespace(a=1)", "x", "i", "'a'", "\"b\\n\"", "'%s %d'", "'{:>5}'", "1", "2.5", "0", "-1", "1e400", "99999999999999999999",
        "true", "none", "range(5)", "dict(a=1)", "[1, 'a']", "{'a': 1}", " ", "\n", "😀", "\ud800", "\\", "é", ".items()", ".split()", ".format(1)", "|tojson", "|list", "|sort", "|map('upper')",
        "|selectattr('role')", "|join(',')", "|length", "|default('q')", "|round(2)", "|int", "|float", "|batch(2)", "|indent", "|wordwrap(3)", "|title", "|truncate(3)", "|groupby('role')", "[::-1]", "[1:]",
        ".role", ".content", "['role']", "is defined", "is odd", "is divisibleby 3", "is string", "strftime_now('%d %^B %-e %')", "loop.index", "loop(1)", "caller()", "varargs", "i, x",
    ];

    [Fact]
    public void Texts_at_random_give_text_or_an_error_that_is_meant() =>
        Pick(s_pieces).List[0, 24].Sample(
            pieces =>
            {
                Tame(string.Concat(pieces));
                Tame("{{ " + string.Concat(pieces) + " }}");
                Tame("{% for i in " + string.Concat(pieces) + " %}{{ i }}{% endfor %}");
            },
            iter: 10_000);

    [Fact]
    public void Filters_tests_and_methods_at_random_give_text_or_an_error_that_is_meant()
    {
        string[] values = ["''", "'Ab c'", "'é😀'", "-1", "0", "3", "2.5", "1e308", "99999999999999999999", "true", "none", "u", "[]", "[3, 1, 'a']", "[[1, 2], [3]]", "{}", "{'a': 1, 2: 'b'}", "(1,)",
            "range(4)", "messages", "namespace(a=1)", "'abc'.upper", "('a' | safe)", "{'a': 1}.items()", "([1, 2] | map('string'))", "dict", "cycler(1)"];
        string[] names = ["abs", "attr", "batch", "capitalize", "center", "count", "d", "dictsort", "e", "filesizeformat", "first", "float", "forceescape", "format", "groupby", "indent", "int", "items", "join",
            "last", "list", "lower", "map", "max", "min", "pprint", "reject", "rejectattr", "replace", "reverse", "round", "safe", "select", "selectattr", "slice", "sort", "string", "striptags", "sum", "title",
            "tojson", "trim", "truncate", "unique", "upper", "urlencode", "urlize", "wordcount", "wordwrap", "xmlattr"];
        string[] tests = ["boolean", "callable", "defined", "divisibleby", "escaped", "even", "filter", "float", "ge", "in", "integer", "iterable", "lower", "mapping", "ne", "number", "sameas", "sequence", "test", "upper"];
        string[] methods = ["capitalize", "casefold", "center", "count", "endswith", "expandtabs", "find", "format", "format_map", "get", "index", "isalnum", "isdigit", "isidentifier", "istitle", "items", "join", "keys",
            "ljust", "lstrip", "partition", "removeprefix", "replace", "rfind", "rindex", "rpartition", "rsplit", "split", "splitlines", "startswith", "strip", "swapcase", "title", "zfill", "next", "bit_length", "is_integer"];
        string[] operators = ["+", "-", "*", "/", "//", "%", "**", "~", "<", "==", "in", "and", "is sameas"];
        Gen.Int[0, 3].Select(Pick(values), Pick(values).List[0, 3], Gen.Int[0, 1000]).Sample(
            (kind, value, arguments, chosen) =>
            {
                var list = string.Join(", ", arguments);
                var expression = kind switch
                {
                    0 => $"{value} | {names[chosen % names.Length]}({list})",
                    1 => $"{value} is {tests[chosen % tests.Length]}({list})",
                    2 => $"({value}).{methods[chosen % methods.Length]}({list})",
                    _ => $"({value}) {operators[chosen % operators.Length]} ({(arguments.Count > 0 ? arguments[0] : "1")})",
                };
                Tame($"{{{{ {expression} }}}}{{% for x in {expression} %}}{{{{ x }}}}{{% endfor %}}{{{{ ({expression})[1:] }}}}");
            },
            iter: 8_000);
    }

    private static Gen<string> Pick(string[] from) => Gen.Int[0, from.Length - 1].Select(i => from[i]);

    private static void Tame(string source)
    {
        try
        {
            ChatTemplate.Parse(source).Render(s_request with { Limits = new() { Steps = 20_000, Characters = 100_000 } });
        }
        catch (KitException e)
        {
            Assert.IsType<TemplateException>(e.InnerException);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{source} throws {e}", e);
        }
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text.Replace('\'', '"')).RootElement;
}
