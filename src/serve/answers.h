/* answers.h - the functions of the routes; the table that names them is routes.c */
#ifndef VAHO_SERVE_ANSWERS_H
#define VAHO_SERVE_ANSWERS_H

#include "serve/request.h"

/* answer_account.c */
vaho_answer_fn vaho_answer_about, vaho_answer_setup, vaho_answer_log_in, vaho_answer_log_out,
    vaho_answer_log_out_everywhere, vaho_answer_me, vaho_answer_my_password, vaho_answer_my_code,
    vaho_answer_confirm_code, vaho_answer_remove_code, vaho_answer_map_key;
/* answer_users.c */
vaho_answer_fn vaho_answer_users, vaho_answer_add_user, vaho_answer_end_user,
    vaho_answer_user_password, vaho_answer_user_log_out, vaho_answer_user_code;
/* answer_sites.c */
vaho_answer_fn vaho_answer_sites, vaho_answer_site, vaho_answer_confirm, vaho_answer_another_pass,
    vaho_answer_reject, vaho_answer_undo;
/* answer_layers.c */
vaho_answer_fn vaho_answer_territories, vaho_answer_known, vaho_answer_flights, vaho_answer_plumes,
    vaho_answer_spectrum, vaho_answer_overlays, vaho_answer_overlay;
/* answer_events.c */
vaho_answer_fn vaho_answer_events, vaho_answer_looking, vaho_answer_look;
/* answer_ledger.c */
vaho_answer_fn vaho_answer_ledger, vaho_answer_checkpoint, vaho_answer_inclusion,
    vaho_answer_growth, vaho_answer_verify;
/* answer_ogc.c */
vaho_answer_fn vaho_answer_ogc, vaho_answer_conformance, vaho_answer_collections,
    vaho_answer_collection, vaho_answer_items, vaho_answer_item;
/* answer_files.c, openapi.c */
vaho_answer_fn vaho_answer_page, vaho_answer_map_file, vaho_answer_map, vaho_answer_openapi,
    vaho_answer_openapi_ogc;

/* Roles by their names, an array of text; 0: one is none. */
int vaho_roles_parse(unsigned *out, const json_t *names);
/* 0: it will not, and that is answered. */
int vaho_password_will_do(struct vaho_request *request, const char *password);

/* Who looks at a site, each name once, without 'but' (NULL: all). */
json_t *vaho_looking_json(struct vaho_server *server, const char *site, const char *but);
/* The same of every site that is looked at: {site: [names]}. */
json_t *vaho_all_looking_json(struct vaho_server *server, const char *but);

#endif
