# SPDX-License-Identifier: Apache-2.0
# Completion for bash: attunectl, attuned and attunesim.
#
# Nothing about commands and options stands here: the programs' own --help is asked, so that a new option
# completes as soon as it is there. Names of queues, agents, contacts and skills come from the attuned that
# the command line means, if it answers within a second.
# shellcheck shell=bash

# Reads a help; prints "--name ARGUMENT" of each option in it, and "-n ARGUMENT" for its short form.
_attune_options() {
        sed -nE 's/^ +(-[A-Za-z]), (--[a-z-]+)( ([A-Z0-9][^ ]*|[a-z]+\|[^ ]+))?( .*)?$/\2 \4\n\1 \4/p
                 s/^ +(--[a-z-]+)( ([A-Z0-9][^ ]*|[a-z]+\|[^ ]+))?( .*)?$/\1 \3/p'
}

# Reads an overview; prints its commands, of one word or two.
_attune_commands() {
        sed -nE 's/^  ([a-z]+( [a-z]+)?)  +.*/\1/p'
}

# The names that attuned knows; $1: "queue", as the list's first field is called.
_attune_names() {
        timeout 1 "$program" "${connection[@]}" --json "$1s" </dev/null 2>/dev/null |
                sed -nE 's/^\{"'"$1"'":"(([^"\\]|\\.)*)".*/\1/p' | head -n 5000
}

# Offers the lines that begin with what is typed; $1: what stands before it in the same word.
_attune_offer() {
        local IFS=$'\n' name

        while read -r name; do
                [[ $name == "$cur"* ]] && COMPREPLY+=("$1$(printf '%q' "$name")")
        done
}

_attune_offer_files() {
        local IFS=$'\n'

        compopt -o filenames 2>/dev/null
        # shellcheck disable=SC2207 # A line is a name.
        COMPREPLY+=($(compgen -f -- "$cur"))
}

# What an argument is called says what it is.
_attune_offer_value() {
        local before=

        case $1 in
        QUEUE | AGENT | SKILL* | CHANNEL)
                if [[ $cur == *,* ]]; then # Several, with commas.
                        before=${cur%,*},
                        cur=${cur##*,}
                fi
                ;;
        esac
        case $1 in
        QUEUE) _attune_offer "$before" < <(_attune_names queue) ;;
        AGENT) _attune_offer "$before" < <(_attune_names agent) ;;
        CONTACT) _attune_offer '' < <(_attune_names contact) ;;
        SKILL*)
                compopt -o nospace 2>/dev/null
                _attune_offer "$before" < <(_attune_names skill | sed 's/$/:/')
                ;;
        CHANNEL) _attune_offer "$before" < <(printf '%s\n' voice chat email) ;;
        EVENT) _attune_offer '' < <(printf '%s\n' scheduled queued relaxed offer ringing revoke connect \
                closed overflow agent wrap_up finished config refused) ;;
        *\|-) _attune_offer_files ;;
        [a-z]*\|*) _attune_offer '' < <(tr '|' '\n' <<<"$1") ;;
        PATH | DIR | FILE* | OLD | DATA | *.svg | *.yaml) _attune_offer_files ;;
        esac
}

# The $1-th argument of a command by its usage line: "usage: attunectl explain CONTACT [--agent AGENT]".
_attune_argument() {
        local -a words
        local word i=0 last='' skip=no

        read -ra words <<<"$(sed -n '1s/^usage: //p' <<<"$2")"
        for word in "${words[@]}"; do
                if [[ $word == -* || $word == \[-* ]]; then
                        skip=yes
                        [ "${word: -1}" != ']' ] || skip=no # "[--json]" has no argument.
                        continue
                fi
                word=${word//[\[\]]/}
                if [[ $word == OPTION* || $word != [A-Z]* ]]; then
                        skip=no
                elif [ $skip = yes ]; then
                        skip=no # The option's own.
                else
                        last=${word%...}
                        [ $((i++)) = "$1" ] && break
                        [[ $word == *... ]] || last=''
                fi
        done
        echo "$last"
}

_attune_help() {
        case ${program##*/} in
        attunectl) "$program" help "$@" ;;
        *) "$program" "$@" --help ;;
        esac 2>/dev/null </dev/null
}

_attune() {
        local program=$1 cur overview help command='' first='' pending='' word typed trim
        local -a words=() plain=() connection=() offered=()
        local -A takes=()

        # bash splits words at ":" and "=" as well; here a word is what spaces divide.
        read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
        [[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=('')
        cur=${words[-1]}
        typed=$cur
        program=${program/#\~/$HOME}
        overview=$("$program" --help 2>/dev/null </dev/null) || return 0
        help=$overview
        while read -r word trim; do
                takes[$word]=$trim
        done < <(_attune_options <<<"$help")

        for word in "${words[@]:1:${#words[@]}-2}"; do
                if [ -n "$pending" ]; then
                        case $pending in
                        --socket | -s | --name | --token-file) connection+=("$pending" "${word/#\~/$HOME}") ;;
                        esac
                        pending=
                elif [[ $word == --*=* ]]; then
                        case ${word%%=*} in
                        --socket | --name | --token-file) connection+=("$word") ;;
                        esac
                elif [[ $word == -* ]]; then
                        [ -z "${takes[$word]}" ] || pending=$word
                elif [ -n "$command" ]; then
                        plain+=("$word")
                elif grep -qxF -- "${first:+$first }$word" < <(_attune_commands <<<"$overview"); then
                        command=${first:+$first }$word
                        # shellcheck disable=SC2086 # Of one word or two.
                        help=$(_attune_help $command)
                        while read -r word trim; do
                                takes[$word]=$trim
                        done < <(_attune_options <<<"$help")
                else
                        first=$word
                fi
        done

        if [ -n "$pending" ]; then
                _attune_offer_value "${takes[$pending]}"
        elif [[ $cur == --*=* ]]; then
                word=${cur%%=*}
                cur=${cur#*=}
                _attune_offer_value "${takes[$word]}"
                typed=$cur
        elif [[ $cur == -* ]]; then
                _attune_offer '' < <(printf '%s\n' "${!takes[@]}" | sort)
        elif [ "$command" = help ]; then
                first=${plain[*]}
                _attune_offer '' < <(_attune_commands <<<"$overview" | sed -n "s/^${first:+$first }//p" |
                        cut -d ' ' -f 1 | sort -u)
        elif [ -z "$command" ]; then
                _attune_offer '' < <(_attune_commands <<<"$overview" | sed -n "s/^${first:+$first }//p" |
                        cut -d ' ' -f 1 | sort -u)
        else
                _attune_offer_value "$(_attune_argument ${#plain[@]} "$help")"
        fi

        # Of a word with ":" or "=" bash replaces only what stands after the last one.
        trim=${typed%"${typed##*[:=]}"}
        if [ -n "$trim" ]; then
                for word in "${COMPREPLY[@]}"; do
                        offered+=("${word#"$trim"}")
                done
                COMPREPLY=("${offered[@]}")
        fi
}

complete -F _attune attunectl attuned attunesim
