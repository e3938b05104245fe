-- JSON merge patch (RFC 7396): objects merge, null removes, everything else replaces.
create or replace function private.merge_patch(target jsonb, patch jsonb) returns jsonb
  language plpgsql immutable parallel safe set search_path = '' as $$
declare
  result jsonb := case when jsonb_typeof(target) = 'object' then target - '__proto__' else '{}' end;
  name text;
  value jsonb;
begin
  if jsonb_typeof(patch) is distinct from 'object' then
    return patch;
  end if;
  for name, value in select p.key, p.value from jsonb_each(patch) as p loop
    continue when name = '__proto__';
    if jsonb_typeof(value) = 'null' then
      result := result - name;
    elsif jsonb_typeof(value) = 'object' then
      result := result || jsonb_build_object(name, private.merge_patch(result -> name, value));
    else
      result := result || jsonb_build_object(name, value);
    end if;
  end loop;
  return result;
end $$;
--> statement-breakpoint
-- Layers, weakest first, merged field by field; lists are replaced whole, and a section appears only where a
-- field does. Layers have passed private.config_problem: sections of plain fields, no nulls.
create or replace function private.merge_layers(layers jsonb[]) returns jsonb
  language plpgsql immutable parallel safe set search_path = '' as $$
declare
  result jsonb := '{}';
  layer jsonb;
  name text;
  fields jsonb;
begin
  foreach layer in array coalesce(layers, '{}') loop
    for name, fields in select s.key, s.value from jsonb_each(layer) as s loop
      if fields <> '{}' then
        result := result || jsonb_build_object(name, coalesce(result -> name, '{}') || fields);
      end if;
    end loop;
  end loop;
  return result;
end $$;
