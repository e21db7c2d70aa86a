namespace ForensicKit.Templates;

/// <summary>How Jinja is set up: white space around tags, and what names that do not exist give.</summary>
public enum TemplateDialect
{
    /// <summary>As transformers renders chat templates: <c>trim_blocks</c>, <c>lstrip_blocks</c>, a last line end dropped; undefined prints as nothing.</summary>
    Chat,

    /// <summary>
    /// As evaluation harnesses render prompts (lm-evaluation-harness, lm_eval/utils.py): white space stays as written, the last line end too, and what
    /// is undefined cannot be used (<c>StrictUndefined</c>).
    /// </summary>
    Prompt,
}
