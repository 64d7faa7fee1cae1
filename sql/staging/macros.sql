-- The few expressions that every staging query shares. One place, so that an id or a time has one meaning everywhere.

-- Text, or null where the log wrote an empty string for "nothing".
create or replace macro text_or_null(x) as nullif(x, '');

-- An id: a GUID in lower case; what is no GUID stays as it came (redacted exports, synthetic ids); empty is null.
create or replace macro id_or_null(x) as
case when x like '________-____-____-____-____________' then lower(x) else nullif(x, '') end;

-- An id that can identify a record: redacted exports write the zero GUID, which identifies nothing.
create or replace macro record_id_or_null(x) as
nullif(id_or_null(x), '00000000-0000-0000-0000-000000000000');

-- The same question without the work of making the id.
create or replace macro has_no_record_id(x) as coalesce(x, '') in ('', '00000000-0000-0000-0000-000000000000');

-- The id of a record that has none: equal content gives the equal id, whatever file it came in. An envelope's time
-- is fresh at every delivery (T22), so it counts only where the record has no time of its own.
create or replace macro content_id(x) as 'content-' || substr(sha256(x::varchar), 1, 32);

create or replace macro envelope_content_id(properties, correlation_id, record_time, envelope_time) as
content_id([properties::varchar, correlation_id, case when nullif(record_time, '') is null then envelope_time end]);

-- A UTC time in any form seen: ISO 8601 with up to nine digits, with or without offset (without: UTC), and the
-- portal's US form. TIMESTAMP would drop the offset, TIMESTAMPTZ heeds it. What cannot be a time of these logs
-- (DuckDB also casts 'infinity' and 'epoch') is null.
create or replace macro utc_or_null(x) as nullif(
    coalesce(
        try_cast(x as timestamptz) at time zone 'UTC',
        try_strptime(x, ['%m/%d/%Y, %I:%M:%S.%g %p', '%m/%d/%Y, %I:%M:%S %p'])
    ),
    timestamp '1970-01-01'
);

create or replace macro plausible(t) as
case when t >= timestamp '2015-01-01' and t < timestamp '2100-01-01' then t end;

-- A token id as GUID text. T1: 22 characters are URL-safe base64 of the GUID's little-endian bytes. T2: 48 characters
-- are base64 of its text. T3: case carries meaning, so what decodes to neither stays as it came.
create or replace macro guid_from_little_endian(h) as case
    when length(h) = 32
        then
            lower(
                concat(
                    substr(h, 7, 2), substr(h, 5, 2), substr(h, 3, 2), substr(h, 1, 2), '-',
                    substr(h, 11, 2), substr(h, 9, 2), '-', substr(h, 15, 2), substr(h, 13, 2), '-',
                    substr(h, 17, 4), '-', substr(h, 21, 12)
                )
            )
end;

-- JSON text as JSON; text that is no JSON is null.
create or replace macro json_or_null(x) as case when json_valid(x) then x::json end;

-- The same where only an object, or only a list, can be taken apart.
create or replace macro json_object_or_null(x) as
case when json_or_null(x) is not null and json_type(json_or_null(x)) = 'OBJECT' then x::json end;

create or replace macro json_list_or_null(x) as
case when json_or_null(x) is not null and json_type(json_or_null(x)) = 'ARRAY' then x::json end;

-- A token identifier's 16 bytes as hexadecimal, null where it is none of 22 characters (24 with padding).
create or replace macro token_bytes_or_null(x) as case
    when length(x) = 22 or (length(x) = 24 and ends_with(x, '=='))
        then hex(try(from_base64(substr(replace(replace(x, '-', '+'), '_', '/'), 1, 22) || '==')))
end;

-- GUID text with hyphens in lower case; anything else is null.
create or replace macro guid_or_null(x) as case
    when x like '________-____-____-____-____________' then try_cast(x as uuid)::varchar
end;

-- The GUID that a 48-character token identifier spells in base64 (T2), null where it is none.
create or replace macro token_text_or_null(x) as case
    when length(x) = 48 then guid_or_null(try(decode(from_base64(x))))
end;

-- The value of a key in a list of {key, value} pairs, whatever the case and the spaces of the key; the first where it
-- stands twice.
create or replace macro listed_value(pairs, name) as list_filter(
    from_json(json_list_or_null(pairs), '[{"key":"VARCHAR","value":"VARCHAR"}]'),
    lambda pair: lower(replace(pair.key, ' ', '')) = name
)[1].value;

-- A boolean in any spelling: true, TRUE, "true".
create or replace macro boolean_or_null(x) as try_cast(nullif(x, '') as boolean);
